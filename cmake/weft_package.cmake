# weft::weft, and what an installed weft consists of.

# `testing` is for the tests of users, who link it by its name: no service ships it.
set(umbrella_layers ${WEFT_LAYERS})
list(REMOVE_ITEM umbrella_layers testing testing_web)

add_library(weft INTERFACE)
add_library(weft::weft ALIAS weft)
set(installed_targets weft)
set(pc_libs "")  # without those of weft-runtime.pc
foreach(layer IN LISTS WEFT_LAYERS)
  if(TARGET weft_${layer})
    list(APPEND installed_targets weft_${layer})
    if(layer IN_LIST umbrella_layers)
      target_link_libraries(weft INTERFACE weft_${layer})
      if(NOT layer MATCHES "^(base|runtime)$")
        string(PREPEND pc_libs "-lweft_${layer} ")  # a static linker wants the highest layer first
      endif()
    endif()
  endif()
endforeach()

if(NOT WEFT_INSTALL)
  return()
endif()
if(NOT WEFT_BOOST_INSTALLED)
  message(STATUS "No install rules: a downloaded Boost is not part of a weft package")
  return()
endif()

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/weft")

install(TARGETS ${installed_targets} EXPORT weft)
install(EXPORT weft FILE weftTargets.cmake NAMESPACE weft:: DESTINATION "${package_dir}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/weft" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/weftConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/weftConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/weftConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/weftConfig.cmake" "${PROJECT_BINARY_DIR}/weftConfigVersion.cmake"
  DESTINATION "${package_dir}")

# weft.pc and weft-runtime.pc find the prefix from their own place, so that an installed tree can be
# moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR
  BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE pc_includedir)

# Boost has no pkg-config files, so its libraries stand beside weft's own. Who links a shared weft
# needs them only where they link statically.
if(BUILD_SHARED_LIBS)
  set(pc_public_libs "${pc_libs}")
  set(pc_private_libs "-lboost_json -lboost_url -lboost_container")
else()
  set(pc_public_libs "${pc_libs}-lboost_json -lboost_url")
  set(pc_private_libs "-lboost_container")
endif()
foreach(package IN ITEMS weft weft-runtime)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${package}.pc.in" "${PROJECT_BINARY_DIR}/${package}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${package}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()
