# Finds what weft stands on (docs/dependencies.md says why). An installed package is preferred; what
# is not installed is downloaded where WEFT_FETCH allows it.
include(FetchContent)

# The plain variables below stand for the options of a downloaded project.
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)

function(weft_declare name url sha256)
  if(NOT WEFT_FETCH)
    message(FATAL_ERROR "${name} is not installed (./dev deps installs it) and WEFT_FETCH is OFF")
  endif()
  message(STATUS "${name} is not installed: downloading ${url}")
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256} DOWNLOAD_EXTRACT_TIMESTAMP ON)
endfunction()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

find_package(Boost 1.83 CONFIG QUIET COMPONENTS headers json url)
set(WEFT_BOOST_INSTALLED ${Boost_FOUND})
if(NOT WEFT_BOOST_INSTALLED)
  weft_declare(Boost
    https://github.com/boostorg/boost/releases/download/boost-1.83.0/boost-1.83.0.tar.gz
    0c6049764e80aa32754acd7d4f179fd5551d8172a83b71532ae093e7384e98da)
  set(BOOST_ENABLE_CMAKE ON)
  set(BOOST_INCLUDE_LIBRARIES asio describe json system url uuid)
  if(WEFT_BUILD_TESTS)
    list(APPEND BOOST_INCLUDE_LIBRARIES beast)
  endif()
  FetchContent_MakeAvailable(Boost)
  if(NOT TARGET Boost::headers)
    add_library(weft_boost_headers INTERFACE)
    target_link_libraries(weft_boost_headers INTERFACE Boost::asio Boost::describe Boost::system Boost::uuid
      $<TARGET_NAME_IF_EXISTS:Boost::beast>)
    add_library(Boost::headers ALIAS weft_boost_headers)
  endif()
endif()

find_package(CLI11 QUIET)
if(NOT CLI11_FOUND)
  weft_declare(CLI11
    https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.4.2.tar.gz
    f2d893a65c3b1324c50d4e682c0cdc021dd0477ae2c048544f39eed6654b699a)
  FetchContent_MakeAvailable(CLI11)
endif()

if(WEFT_BUILD_SAMPLES)
  find_package(ZLIB REQUIRED)
endif()

if(WEFT_BUILD_TESTS)
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
  find_package(Catch2 3 QUIET)
  if(NOT Catch2_FOUND)
    weft_declare(Catch2
      https://github.com/catchorg/Catch2/archive/refs/tags/v3.7.1.tar.gz
      c991b247a1a0d7bb9c39aa35faf0fe9e19764213f28ffba3109388e62ee0269c)
    FetchContent_MakeAvailable(Catch2)
    list(APPEND CMAKE_MODULE_PATH "${catch2_SOURCE_DIR}/extras")
  endif()
  include(Catch)
endif()
