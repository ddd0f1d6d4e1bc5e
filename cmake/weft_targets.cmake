# weft_layer, weft_program and weft_unit_test: the three kinds of target in this tree.

# Lowest first. `testing` stands beside http and web: user tests link it, no other layer does. Its
# part for tests of apps is a target of its own.
set(WEFT_LAYERS base runtime net http web testing testing_web)

add_library(weft_warnings INTERFACE)
target_compile_options(weft_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${WEFT_WERROR}>:-Werror>)

# Own code alone gets the warnings: neither users of the library nor the installed package do.
function(weft_own_code target)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:weft_warnings>)
endfunction()

# weft_layer(<layer> SOURCES a.cpp ... [LINKS weft::base ...] [PRIVATE_LINKS Boost::json ...])
# creates weft_<layer>, alias weft::<layer>.
function(weft_layer layer)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PRIVATE_LINKS")
  weft_check_arrow(${layer} ${arg_LINKS} ${arg_PRIVATE_LINKS})

  add_library(weft_${layer} ${arg_SOURCES})
  add_library(weft::${layer} ALIAS weft_${layer})
  set_target_properties(weft_${layer} PROPERTIES
    EXPORT_NAME ${layer} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  target_compile_features(weft_${layer} PUBLIC cxx_std_20)
  target_include_directories(weft_${layer}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE "${PROJECT_SOURCE_DIR}/src")
  # CLI11 is headers alone: who uses an installed weft needs none of it.
  string(REPLACE "CLI11::CLI11" "$<BUILD_INTERFACE:CLI11::CLI11>" private "${arg_PRIVATE_LINKS}")
  target_link_libraries(weft_${layer} PUBLIC ${arg_LINKS} PRIVATE ${private})
  weft_own_code(weft_${layer})
endfunction()

# Stops the configuration where a layer links one that is not below it.
function(weft_check_arrow layer)
  list(FIND WEFT_LAYERS ${layer} own)
  if(own EQUAL -1)
    message(FATAL_ERROR "weft_layer(${layer}): no such layer; the layers are ${WEFT_LAYERS}")
  endif()
  foreach(link IN LISTS ARGN)
    string(REGEX MATCH "^weft::(.+)$" is_layer "${link}")
    list(FIND WEFT_LAYERS "${CMAKE_MATCH_1}" lower)
    if(is_layer AND (lower EQUAL -1 OR NOT lower LESS own))
      message(FATAL_ERROR "weft_layer(${layer}) links ${link}, which is not below it")
    endif()
  endforeach()
endfunction()

# weft_program(<name> SOURCES main.cpp ... LINKS weft::web ...): a program in build/<preset>/bin.
function(weft_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  weft_own_code(${name})
endfunction()

# weft_unit_test(<layer> SOURCES a_test.cpp ... LINKS weft::<layer> ...): one Catch2 program,
# weft_<layer>_test, each case of which is a ctest test with the label <layer>.
function(weft_unit_test layer)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  weft_program(weft_${layer}_test
    SOURCES ${arg_SOURCES} LINKS ${arg_LINKS} Catch2::Catch2WithMain)
  target_include_directories(weft_${layer}_test PRIVATE
    "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  # A skipped case is a failure: it must not count as passed.
  catch_discover_tests(weft_${layer}_test SKIP_IS_FAILURE
    TEST_PREFIX "${layer}:" PROPERTIES LABELS ${layer} TIMEOUT 120)
  set_property(GLOBAL APPEND PROPERTY WEFT_SUITES ${layer})
endfunction()
