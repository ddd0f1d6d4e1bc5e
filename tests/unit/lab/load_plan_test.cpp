#include "load/load_plan.hpp"
#include "load/endpoint.hpp"
#include "load/request_spec.hpp"
#include "sample_files.hpp"

#include <catch2/catch_test_macros.hpp>

#include <arpa/inet.h>

#include <stdexcept>

using lab::find_fault;
using lab::load_plan;
using lab::parse_request_spec;
using lab::resolve_endpoint;

namespace {

load_plan good_plan() {
  load_plan plan;
  plan.kinds = {parse_request_spec("json GET /json")};
  return plan;
}

template <class Change>
std::string fault_after(Change change) {
  load_plan plan = good_plan();
  change(plan);
  return find_fault(plan);
}

}  // namespace

TEST_CASE("a request is read from a line of words") {
  const auto kind = parse_request_spec("heavy POST /orders 2.5 @order");
  CHECK(kind.name == "heavy");
  CHECK(kind.method == "POST");
  CHECK(kind.path == "/orders");
  CHECK(kind.weight == 2.5);
  CHECK(kind.body == lab::order_json());
  CHECK(parse_request_spec("json GET /json").weight == 1);
  CHECK(parse_request_spec("json GET /json").expected_status == 200);
  CHECK(parse_request_spec("shed GET /json =503").expected_status == 503);
}

TEST_CASE("a request line that makes no sense is refused") {
  CHECK_THROWS_AS(parse_request_spec("json GET"), std::runtime_error);
  CHECK_THROWS_AS(parse_request_spec("json GET / often"), std::runtime_error);
  for (const char* const none : {"=", "=no", "=199", "=600", "=200x"}) {
    CHECK_THROWS_AS(parse_request_spec(std::string("json GET / ") + none), std::runtime_error);
  }
  CHECK_THROWS_AS(parse_request_spec("json POST / @/no/such/file"), std::runtime_error);
}

TEST_CASE("a good plan has no fault, one that cannot work says why") {
  CHECK(find_fault(good_plan()).empty());
  CHECK_FALSE(find_fault(load_plan{}).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.connections = 0; }).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.rate = -1; }).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.kinds[0].method = "HEAD"; }).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.kinds[0].path = "/a b"; }).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.kinds[0].weight = 0; }).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.pipeline = 2, p.rate = 10; }).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.pipeline = 2, p.keep_alive = false; }).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.count = 2, p.rate = 10; }).empty());
}

TEST_CASE("a run longer than a minute is refused") {
  CHECK(fault_after([](load_plan& p) { p.seconds = 54; }).empty());
  CHECK_FALSE(fault_after([](load_plan& p) { p.seconds = 55; }).empty());
}

TEST_CASE("another machine is a target only when that is allowed") {
  CHECK(ntohs(resolve_endpoint("localhost:80", false).sin_port) == 80);
  CHECK(resolve_endpoint("127.0.0.1:80", false).sin_addr.s_addr == htonl(INADDR_LOOPBACK));
  CHECK_THROWS_AS(resolve_endpoint("192.0.2.1:80", false), std::runtime_error);
  CHECK(resolve_endpoint("192.0.2.1:80", true).sin_addr.s_addr == htonl(0xC0000201));
}

TEST_CASE("an address that is none is refused") {
  for (const char* text : {"", "localhost", "localhost:", "localhost:0", "localhost:65536",
                           "localhost:80x", "no.such.name:80", ":80"}) {
    INFO(text);
    CHECK_THROWS_AS(resolve_endpoint(text, true), std::runtime_error);
  }
}
