#include <weft/web/middleware/authentication.hpp>

#include "web/ascii.hpp"
#include "web/base64.hpp"
#include "web/failure.hpp"
#include "web/middleware/vary.hpp"
#include "web/percent.hpp"

#include <weft/web/local.hpp>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace weft {
namespace {

using detail::credential_check;

/// What a request has of the credentials that a layer asks for.
struct presented {
  enum class kind { nothing, malformed, whole };
  kind what = kind::nothing;
  std::string name;
  std::string secret;
};

struct field_value {
  std::string_view text;
  std::size_t count = 0;
};

field_value find_field(const request& req, std::string_view name) {
  field_value found;
  for (const auto& field : req.headers()) {
    if (!detail::equal_ignoring_case(field.name, name)) continue;
    found.text = field.value;
    ++found.count;
  }
  return found;
}

/// Takes "Basic" off "Basic dXNlcg==". @return false where it is another scheme
bool take_scheme(std::string_view& text, std::string_view scheme) {
  if (!detail::equal_ignoring_case(text.substr(0, scheme.size()), scheme)) return false;
  text.remove_prefix(scheme.size());
  if (!text.empty() && text.front() != ' ') return false;
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return true;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// RFC 6750 2.1: b64token.
bool is_token(std::string_view text) {
  const auto padding = text.find_last_not_of('=');
  if (padding == text.npos) return false;
  return std::ranges::all_of(text.substr(0, padding + 1), [](char c) {
    return detail::is_unreserved(c) || c == '+' || c == '/';
  });
}

/// @return nothing to look at where there is no such field, or one of another scheme
presented read_authorization(const request& req, std::string_view scheme, std::string_view& rest) {
  presented found;
  const auto field = find_field(req, "Authorization");
  rest = field.text;
  if (field.count == 0 || !take_scheme(rest, scheme)) return found;
  found.what = field.count == 1 ? presented::kind::whole : presented::kind::malformed;
  return found;
}

// RFC 7617 2: the first colon ends the name; neither has control bytes. UTF-8 is what is asked for.
presented read_basic(const request& req, std::string_view) {
  std::string_view text;
  auto found = read_authorization(req, "Basic", text);
  if (found.what != presented::kind::whole) return found;
  const auto pair = detail::decode_base64(text);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos || has_control(*pair) || !detail::is_utf8(*pair)) {
    found.what = presented::kind::malformed;
    return found;
  }
  found.name = pair->substr(0, colon);
  found.secret = pair->substr(colon + 1);
  return found;
}

presented read_bearer(const request& req, std::string_view) {
  std::string_view text;
  auto found = read_authorization(req, "Bearer", text);
  if (found.what != presented::kind::whole) return found;
  if (is_token(text)) found.secret = text;
  else found.what = presented::kind::malformed;
  return found;
}

presented read_key(const request& req, std::string_view header) {
  presented found;
  const auto field = find_field(req, header);
  if (field.count == 0) return found;
  found.what =
      field.count == 1 && !field.text.empty() ? presented::kind::whole : presented::kind::malformed;
  found.secret = field.text;
  return found;
}

std::string challenge(std::string_view scheme, const std::string& realm, std::string_view more) {
  if (realm.find_first_of("\"\\") != realm.npos || has_control(realm))
    throw std::invalid_argument("weft: a realm has no quotes, backslashes and control bytes");
  auto text = std::string(scheme) + " realm=\"" + realm + '"' + std::string(more);
  response().set_header("WWW-Authenticate", text);  // throws where it is none
  return text;
}

/// How credentials are asked for, and read where they come.
struct scheme {
  using reader = presented (*)(const request& req, std::string_view header);

  reader read = nullptr;
  std::string header;     // which is not Authorization
  std::string challenge;  // for the field WWW-Authenticate
  std::string_view when_wrong;
  bool optional = false;
};

class authentication_layer {
public:
  authentication_layer(credential_check check, scheme how)
      : check_(std::move(check)), how_(std::move(how)) {}

  task<response> operator()(const request& req, next inner) const {
    auto& ctx = inner.context();
    auto* mark = ctx.find_local<detail::authentication_mark>();
    if (mark == nullptr) mark = &ctx.put_local(detail::authentication_mark());
    const auto given = how_.read(req, how_.header);
    bool knows = false;
    if (given.what == presented::kind::whole)
      knows = co_await check_(ctx, given.name, given.secret);
    if (knows) mark->credentials.append(given.name).append(1, ':').append(given.secret);
    const bool is_absent = given.what == presented::kind::nothing;
    response res;
    if (knows || (is_absent && how_.optional)) res = co_await inner(req);
    else refuse(ctx, is_absent, res);
    ask(res, is_absent);
    co_return res;
  }

private:
  static void refuse(const context& ctx, bool is_absent, response& res) {
    const char* const why = is_absent ? "This needs credentials." : "The credentials are not good.";
    write_problem({http_status::unauthorized, why, {}}, res, detail::id_of(ctx));
  }

  // RFC 9110 15.5.2: every 401 says how. A handler's own is one of those who let him through.
  void ask(response& res, bool is_absent) const {
    if (!how_.header.empty()) detail::add_vary(res, how_.header);
    if (res.status() != http_status::unauthorized) return;
    auto text = how_.challenge;
    if (!is_absent) text += how_.when_wrong;
    res.add_header("WWW-Authenticate", text);
  }

  credential_check check_;
  scheme how_;
};

}  // namespace

namespace detail {

void reject_unknown_user(context& ctx, const std::type_info& type) {
  if (ctx.find_local<authentication_mark>() == nullptr) throw_no_local(type);
  ctx.reject(http_status::unauthorized, std::string("This needs credentials."));
}

middleware basic_layer(credential_check check, authentication_options options) {
  scheme how;
  how.read = &read_basic;
  how.challenge = challenge("Basic", options.realm, ", charset=\"UTF-8\"");
  how.optional = options.optional;
  return authentication_layer(std::move(check), std::move(how));
}

middleware bearer_layer(credential_check check, authentication_options options) {
  scheme how;
  how.read = &read_bearer;
  how.challenge = challenge("Bearer", options.realm, {});
  how.when_wrong = ", error=\"invalid_token\"";
  how.optional = options.optional;
  return authentication_layer(std::move(check), std::move(how));
}

middleware api_key_layer(credential_check check, api_key_options options) {
  response().set_header(options.header, "");  // throws where it is no field name
  scheme how;
  how.read = &read_key;
  how.header = std::move(options.header);
  how.challenge = challenge("ApiKey", options.realm, {});
  how.optional = options.optional;
  return authentication_layer(std::move(check), std::move(how));
}

}  // namespace detail
}  // namespace weft
