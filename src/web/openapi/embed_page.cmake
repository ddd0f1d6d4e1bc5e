# cmake -DOUT=file.cpp -DPAGE=file.html -P embed_page.cmake: the page as an array of bytes, since a
# string literal may be limited to 64 KiB.
file(READ "${PAGE}" text HEX)
string(LENGTH "${text}" length)
set(code "#include \"web/openapi/docs_page.hpp\"\n\nnamespace weft::detail {\n\n")
string(APPEND code "std::string_view docs_page() {\n  static constexpr unsigned char bytes[] = {")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${text}")
string(APPEND code "${bytes}")
string(APPEND code "};\n  return {reinterpret_cast<const char*>(bytes), sizeof bytes};\n}\n\n}  // namespace weft::detail\n")
file(WRITE "${OUT}" "${code}")
