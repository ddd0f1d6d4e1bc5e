# Finds what weft stands on; docs/dependencies.md says why each is here. What is not installed is
# downloaded where WEFT_FETCH allows it.
include(FetchContent)

find_package(Threads REQUIRED)
find_package(Boost 1.83 CONFIG REQUIRED COMPONENTS json url)
if(WEFT_BUILD_TESTS)
  find_package(Catch2 3 REQUIRED)
  include(Catch)
endif()
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
