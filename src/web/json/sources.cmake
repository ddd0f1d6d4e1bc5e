set(weft_web_json_sources
  json/issues.cpp
  json/layout.cpp
  json/parse.cpp
  json/reader.cpp
  json/write.cpp
  json/writer.cpp)
# Boost.JSON's parser is a template of many small functions: g++ inlines them at -O3 only, which is
# worth an eighth of the time of a parse.
set_source_files_properties(json/parse.cpp PROPERTIES
  COMPILE_OPTIONS "$<$<CONFIG:Release,RelWithDebInfo>:-O3>")
