#include <weft/web/files/media_type.hpp>

#include "web/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weft {
namespace {

using entry = std::pair<std::string_view, std::string_view>;

// By extension, for a binary search. Types are those of the IANA registry; text is UTF-8.
constexpr std::array table = {
    entry{"3gp", "video/3gpp"},
    entry{"7z", "application/x-7z-compressed"},
    entry{"aac", "audio/aac"},
    entry{"apng", "image/apng"},
    entry{"atom", "application/atom+xml"},
    entry{"avif", "image/avif"},
    entry{"bmp", "image/bmp"},
    entry{"bz2", "application/x-bzip2"},
    entry{"css", "text/css; charset=utf-8"},
    entry{"csv", "text/csv; charset=utf-8"},
    entry{"doc", "application/msword"},
    entry{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    entry{"eot", "application/vnd.ms-fontobject"},
    entry{"epub", "application/epub+zip"},
    entry{"flac", "audio/flac"},
    entry{"geojson", "application/geo+json"},
    entry{"gif", "image/gif"},
    entry{"glb", "model/gltf-binary"},
    entry{"gltf", "model/gltf+json"},
    entry{"gz", "application/gzip"},
    entry{"htm", "text/html; charset=utf-8"},
    entry{"html", "text/html; charset=utf-8"},
    entry{"ico", "image/vnd.microsoft.icon"},
    entry{"ics", "text/calendar; charset=utf-8"},
    entry{"jpeg", "image/jpeg"},
    entry{"jpg", "image/jpeg"},
    entry{"js", "text/javascript; charset=utf-8"},
    entry{"json", "application/json"},
    entry{"jsonl", "application/jsonl"},
    entry{"jsonld", "application/ld+json"},
    entry{"jxl", "image/jxl"},
    entry{"m3u8", "application/vnd.apple.mpegurl"},
    entry{"m4a", "audio/mp4"},
    entry{"map", "application/json"},
    entry{"md", "text/markdown; charset=utf-8"},
    entry{"mid", "audio/midi"},
    entry{"mjs", "text/javascript; charset=utf-8"},
    entry{"mov", "video/quicktime"},
    entry{"mp3", "audio/mpeg"},
    entry{"mp4", "video/mp4"},
    entry{"mpd", "application/dash+xml"},
    entry{"mpeg", "video/mpeg"},
    entry{"odp", "application/vnd.oasis.opendocument.presentation"},
    entry{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    entry{"odt", "application/vnd.oasis.opendocument.text"},
    entry{"oga", "audio/ogg"},
    entry{"ogg", "audio/ogg"},
    entry{"ogv", "video/ogg"},
    entry{"opus", "audio/ogg"},
    entry{"otf", "font/otf"},
    entry{"pdf", "application/pdf"},
    entry{"png", "image/png"},
    entry{"ppt", "application/vnd.ms-powerpoint"},
    entry{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    entry{"rss", "application/rss+xml"},
    entry{"rtf", "application/rtf"},
    entry{"svg", "image/svg+xml"},
    entry{"tar", "application/x-tar"},
    entry{"tif", "image/tiff"},
    entry{"tiff", "image/tiff"},
    entry{"ts", "video/mp2t"},
    entry{"tsv", "text/tab-separated-values; charset=utf-8"},
    entry{"ttf", "font/ttf"},
    entry{"txt", "text/plain; charset=utf-8"},
    entry{"vtt", "text/vtt; charset=utf-8"},
    entry{"wasm", "application/wasm"},
    entry{"wav", "audio/wav"},
    entry{"weba", "audio/webm"},
    entry{"webm", "video/webm"},
    entry{"webmanifest", "application/manifest+json"},
    entry{"webp", "image/webp"},
    entry{"woff", "font/woff"},
    entry{"woff2", "font/woff2"},
    entry{"xhtml", "application/xhtml+xml"},
    entry{"xls", "application/vnd.ms-excel"},
    entry{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    entry{"xml", "application/xml"},
    entry{"xz", "application/x-xz"},
    entry{"yaml", "application/yaml"},
    entry{"yml", "application/yaml"},
    entry{"zip", "application/zip"},
    entry{"zst", "application/zstd"},
};
static_assert(std::ranges::is_sorted(table, {}, &entry::first));

constexpr std::size_t longest_end = 11;

}  // namespace

std::string_view media_type_of(std::string_view path) noexcept {
  constexpr std::string_view unknown = "application/octet-stream";
  const auto dot = path.find_last_of("./");
  if (dot == path.npos || path[dot] == '/') return unknown;
  const auto end = path.substr(dot + 1);
  if (end.empty() || end.size() > longest_end) return unknown;
  std::array<char, longest_end> lower{};
  std::ranges::transform(end, lower.begin(), detail::to_lower);
  const std::string_view wanted(lower.data(), end.size());
  const auto found = std::ranges::lower_bound(table, wanted, {}, &entry::first);
  return found != table.end() && found->first == wanted ? found->second : unknown;
}

}  // namespace weft
