# Compiles one case and looks for its sentence:
# cmake -DCOMPILER=... -DFLAGS=... -DCASE=x.cpp -P compile_case.cmake
execute_process(
  COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${FLAGS} "${CASE}"
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)

file(STRINGS "${CASE}" expected REGEX "^// EXPECT: ")
if(NOT expected)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "this must compile, and did not:\n${output}")
  endif()
  return()
endif()

string(REPLACE "// EXPECT: " "" sentence "${expected}")
if(status EQUAL 0)
  message(FATAL_ERROR "this compiled, and must not")
endif()
string(FIND "${output}" "${sentence}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "the compiler did not say\n  ${sentence}\nbut\n${output}")
endif()
