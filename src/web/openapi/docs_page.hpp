#pragma once

#include <string_view>

namespace weft::detail {

/// docs_page.html. In it stand @NONCE@ for the nonce of its policy, @DOCUMENT@ for the document's
/// URL from the page on, and @PATH@ for its path in the app.
std::string_view docs_page();

}  // namespace weft::detail
