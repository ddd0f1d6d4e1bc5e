set(weft_web_json_sources
  json/date_time.cpp
  json/decimal.cpp
  json/email_rule.cpp
  json/indent.cpp
  json/is_json.cpp
  json/issues.cpp
  json/layout.cpp
  json/naming.cpp
  json/parse.cpp
  json/pattern.cpp
  json/pattern_rule.cpp
  json/pattern_tree.cpp
  json/reader.cpp
  json/rules.cpp
  json/tag_finder.cpp
  json/words.cpp
  json/write.cpp
  json/writer.cpp)
# Boost.JSON's parser is a template of many small functions: g++ inlines them at -O3 only, which is
# worth an eighth of the time of a parse.
set_source_files_properties(json/parse.cpp PROPERTIES
  COMPILE_OPTIONS "$<$<CONFIG:Release,RelWithDebInfo>:-O3>")
