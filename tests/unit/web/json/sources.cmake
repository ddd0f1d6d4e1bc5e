set(weft_web_json_test_sources
  json/parse_test.cpp
  json/issues_test.cpp
  json/rules_test.cpp
  json/write_test.cpp
  json/differential_test.cpp)
