#!/bin/sh
# usage: pkg_config.sh PREFIX SOURCE PROGRAM COMPILER [FLAG...]
# Builds SOURCE with nothing but what pkg-config says about the weft under PREFIX.
set -eu
prefix=$1 source=$2 program=$3
shift 3

file=$(find "$prefix" -name weft.pc)
[ -n "$file" ] || { echo "no weft.pc under $prefix"; exit 1; }
PKG_CONFIG_PATH=$(dirname "$file")
export PKG_CONFIG_PATH

# Word splitting is meant: the answer is a list of arguments.
# shellcheck disable=SC2046
"$@" -std=c++20 $(pkg-config --cflags weft) "$source" -o "$program" $(pkg-config --libs weft)
