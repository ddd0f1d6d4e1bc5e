#include <weft/base/byte_buffer.hpp>
#include <weft/base/error.hpp>

#include <iostream>

int main() {
  weft::byte_buffer text;
  text.append(make_error_code(weft::condition::eof).message());
  std::cout << text.view() << '\n';
  return text.view() == "end of stream" ? 0 : 1;
}
