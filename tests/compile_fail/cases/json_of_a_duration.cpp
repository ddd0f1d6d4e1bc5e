// EXPECT: weft does not read or write durations: a number says nothing of its unit
#include <weft/weft.hpp>

#include <chrono>

struct job {
  std::chrono::milliseconds timeout{0};
};
BOOST_DESCRIBE_STRUCT(job, (), (timeout))

void add_routes(weft::app& app) {
  app.post("/", [](weft::json<job> sent) { return sent->timeout.count(); });
}
