# Toolchain file: the newest installed clang from 16 on, which Debian and Ubuntu call clang++-NN.
find_program(WEFT_CLANG NAMES
  clang++-22 clang++-21 clang++-20 clang++-19 clang++-18 clang++-17 clang++-16 clang++)
if(NOT WEFT_CLANG)
  message(FATAL_ERROR "no clang++ from version 16 on is installed; ./dev deps installs one")
endif()
set(CMAKE_CXX_COMPILER "${WEFT_CLANG}")
