#include "samples.hpp"

#include <weft/runtime/guarded.hpp>
#include <weft/runtime/interval.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/testing/memory_network.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using weft::task;
using weft::testing::memory_listener;
using weft::testing::memory_network;
using weft::testing::memory_stream;

namespace {

constexpr int most_at_once = 3;
constexpr auto between_requests = 5ms;

// A site in the memory of this process: a request is a path, the answer the links of that page.
const std::map<std::string, std::string> pages{
    {"/", "/news /docs /about "}, {"/news", "/ /news/1 /news/2 "},
    {"/news/1", "/news "},        {"/news/2", "/news /docs/intro "},
    {"/docs", "/ /docs/intro "},  {"/docs/intro", "/docs /about "},
    {"/about", "/ /missing "},
};

task<std::string> read_to_end(memory_stream& stream) {
  std::string text;
  std::array<char, 64> buffer;
  for (;;) {
    auto count = co_await stream.read_some(buffer);
    if (!count) co_return text;
    text.append(buffer.data(), *count);
  }
}

task<> answer(memory_stream stream, std::atomic<int>& at_once, std::atomic<int>& most) {
  const int now = ++at_once;
  if (now > most) most = now;
  const std::string path = co_await read_to_end(stream);
  co_await weft::sleep(2ms);
  const auto page = pages.find(path);
  if (page != pages.end()) co_await stream.write_all(page->second);
  --at_once;
}

task<> serve_site(memory_listener& listener, std::atomic<int>& most) {
  std::atomic<int> at_once = 0;
  weft::task_group visitors;
  for (;;) {
    auto stream = co_await listener.accept();
    if (!stream) break;
    visitors.go(answer(std::move(*stream), at_once, most));
  }
  co_await visitors.join();
}

class site_crawler {
public:
  explicit site_crawler(memory_network& network) : network_(network) {}

  task<std::map<std::string, std::size_t>> crawl() {
    co_await seen_.with([](auto& seen) { seen.insert("/"); });
    visits_.go(visit("/"));
    co_await visits_.join();
    co_return co_await links_.with([](auto& links) { return links; });
  }

private:
  task<> visit(std::string path) {
    const auto found = co_await fetch(path);
    co_await links_.with([&](auto& links) { links[path] = found.size(); });
    for (const auto& link : found) {
      const bool is_new = co_await seen_.with([&](auto& seen) { return seen.insert(link).second; });
      if (is_new) visits_.go(visit(link));
    }
  }

  task<std::vector<std::string>> fetch(const std::string& path) {
    auto place = co_await places_.acquire();
    {
      auto turn = co_await rate_turn_.lock();
      co_await rate_.tick();
    }
    std::vector<std::string> found;
    auto stream = co_await network_.connect("site");
    if (!stream) co_return found;
    co_await stream->write_all(path);
    stream->finish_writing();
    const std::string text = co_await read_to_end(*stream);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find(' ', at);
      found.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    co_return found;
  }

  memory_network& network_;
  weft::semaphore places_{most_at_once};
  weft::mutex rate_turn_;
  weft::interval rate_{between_requests, weft::missed_ticks::delay};
  weft::guarded<std::set<std::string>> seen_;
  weft::guarded<std::map<std::string, std::size_t>> links_;
  weft::task_group visits_;
};

}  // namespace

task<> crawler() {
  memory_network network;
  auto listener = *network.listen("site");
  std::atomic<int> most = 0;
  weft::task_group site;
  site.go(serve_site(listener, most));

  const auto started = std::chrono::steady_clock::now();
  site_crawler crawl(network);
  const auto found = co_await crawl.crawl();
  const auto took = std::chrono::steady_clock::now() - started;
  listener.close();
  co_await site.join();

  for (const auto& [path, links] : found) std::printf("%-11s %zu links\n", path.c_str(), links);
  std::printf("at most %d at once: %s\n", most_at_once, most <= most_at_once ? "yes" : "NO");
  std::printf("one every 5 ms: %s\n",
              took >= between_requests * static_cast<long>(found.size()) ? "yes" : "NO");
}
