#!/bin/sh
# usage: pkg_config.sh PREFIX PACKAGE SOURCE PROGRAM COMPILER [FLAG...]
# Builds SOURCE with nothing but what pkg-config says about PACKAGE under PREFIX.
set -eu
prefix=$1 package=$2 source=$3 program=$4
shift 4

file=$(find "$prefix" -name "$package.pc")
[ -n "$file" ] || { echo "no $package.pc under $prefix"; exit 1; }
PKG_CONFIG_PATH=$(dirname "$file")
export PKG_CONFIG_PATH

# Word splitting is meant: the answer is a list of arguments.
# shellcheck disable=SC2046
"$@" -std=c++20 $(pkg-config --cflags "$package") "$source" -o "$program" \
  $(pkg-config --libs "$package")
