set(weft_web_json_sources json/layout.cpp json/issues.cpp json/parse.cpp json/write.cpp)
