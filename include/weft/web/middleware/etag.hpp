#pragma once

#include <weft/web/middleware.hpp>

namespace weft {

struct etag_options {
  /// For bodies that mean the same though their bytes differ, such as JSON in another order.
  bool weak = false;
};

/// Answers a GET or HEAD for what the client has already with 304 instead of the body.
///
/// It gives each 200 whose body is there whole a tag made of its bytes, unless it has one or must
/// not be stored, and heeds the conditions of the request for every 200 that has a tag or a time of
/// change. A streamed body passes without a tag. The handler does its work as ever: what is saved
/// is the sending. Register it in front of what changes bodies, such as a compression, so that the
/// tag is that of the bytes which are sent.
/// Cost  a SHA-1 of each body, with `weak` too
/// @example tests/unit/web/middleware/etag_test.cpp:etag
middleware etag(etag_options options = {});

}  // namespace weft
