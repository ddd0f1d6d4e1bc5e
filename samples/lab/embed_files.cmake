# cmake -DOUT=file.cpp -DDIR=folder -P embed_files.cmake: the data files as C++ string literals, so
# that the program runs from anywhere.
set(code "#include \"sample_files.hpp\"\n\nnamespace lab {\n")
foreach(name items order order_reply)
  file(READ "${DIR}/${name}.json" text)
  string(APPEND code "\nstd::string_view ${name}_json() {\n  return R\"json(${text})json\";\n}\n")
endforeach()
string(APPEND code "\n}  // namespace lab\n")
file(WRITE "${OUT}" "${code}")
