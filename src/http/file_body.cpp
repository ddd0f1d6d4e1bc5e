#include <weft/http/file_body.hpp>

namespace weft::http {

task<> file_body::produce(body_writer& out) {
  // An error is the answer's: it is cut where something is missing.
  (void)co_await out.write_file(from_, offset_, length_);
}

}  // namespace weft::http
