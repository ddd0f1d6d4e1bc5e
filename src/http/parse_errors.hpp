#pragma once

#include <weft/http/parse_error.hpp>

// Every reason for which the parser refuses. A limit's text names its member of http_limits.
namespace weft::detail::errors {

using http::parse_error;
using enum http_status;

// Lines
inline constexpr parse_error bare_line_feed{bad_request, "a line ends with LF instead of CR LF",
                                            "bare_line_feed"};
inline constexpr parse_error bare_carriage_return{bad_request, "CR is not followed by LF",
                                                  "bare_carriage_return"};
inline constexpr parse_error control_byte{bad_request, "the head contains a control byte",
                                          "control_byte"};

// Request line
inline constexpr parse_error too_many_empty_lines{
    bad_request, "too many empty lines before the request", "empty_lines"};
inline constexpr parse_error bad_request_line{
    bad_request, "the request line is not method SP target SP version", "request_line"};
inline constexpr parse_error request_line_too_long{
    uri_too_long, "the request line is longer than max_request_line_bytes",
    "request_line_too_long"};
inline constexpr parse_error bad_target{
    bad_request, "the request target is not a valid URI reference", "target"};
inline constexpr parse_error bad_target_form{
    bad_request, "the form of the request target does not fit the method", "target_form"};
inline constexpr parse_error unsupported_version{
    http_version_not_supported, "only HTTP/1.0 and HTTP/1.1 are spoken here", "version"};
inline constexpr parse_error unsupported_method{not_implemented, "the method is not implemented",
                                                "method"};

// Status line
inline constexpr parse_error bad_status_line{
    bad_gateway, "the status line is not version SP status SP reason", "status_line"};
inline constexpr parse_error status_line_too_long{
    bad_gateway, "the status line is longer than max_request_line_bytes", "status_line_too_long"};
inline constexpr parse_error bad_status{bad_gateway, "the status is not from 100 to 599", "status"};
inline constexpr parse_error too_many_interim{
    bad_gateway, "there are too many interim answers before the answer", "interim"};

// Header block
inline constexpr parse_error bad_field_name{
    bad_request, "a header line does not start with a name and a colon", "field_name"};
inline constexpr parse_error folded_field{bad_request, "a header line starts with a blank",
                                          "folded_field"};
inline constexpr parse_error headers_too_large{request_header_fields_too_large,
                                               "the header block is larger than max_header_bytes",
                                               "headers_too_large"};
inline constexpr parse_error too_many_headers{request_header_fields_too_large,
                                              "there are more headers than max_header_count",
                                              "too_many_headers"};
inline constexpr parse_error missing_host{bad_request, "the Host header is missing",
                                          "host_missing"};
inline constexpr parse_error repeated_host{bad_request, "there is more than one Host header",
                                           "host_repeated"};
inline constexpr parse_error bad_host{bad_request, "the host is malformed", "host"};
inline constexpr parse_error unmet_expectation{
    expectation_failed, "only the expectation 100-continue is supported", "expectation"};

// Framing
inline constexpr parse_error bad_content_length{
    bad_request, "Content-Length is not a number of at most 19 digits", "content_length"};
inline constexpr parse_error repeated_content_length{
    bad_request, "there is more than one Content-Length header", "content_length_repeated"};
inline constexpr parse_error two_framings{
    bad_request, "Content-Length and Transfer-Encoding exclude each other", "two_framings"};
inline constexpr parse_error bad_transfer_encoding{
    bad_request, "Transfer-Encoding is not exactly one final chunked", "transfer_encoding"};
inline constexpr parse_error unknown_transfer_encoding{
    not_implemented, "the only transfer coding implemented is chunked", "transfer_coding"};
inline constexpr parse_error transfer_encoding_in_1_0{
    bad_request, "HTTP/1.0 has no Transfer-Encoding", "transfer_encoding_1_0"};

// Protocols
inline constexpr parse_error unasked_protocol{
    bad_gateway, "the server switches to a protocol that it was not asked for", "protocol"};

// Body
inline constexpr parse_error cut_short{bad_gateway, "the connection ended inside of the answer",
                                       "cut_short"};
inline constexpr parse_error body_too_large{
    content_too_large, "the body is larger than max_body_bytes", "body_too_large"};
inline constexpr parse_error bad_chunk_size{
    bad_request, "a chunk size is not a hexadecimal number of at most 16 digits", "chunk_size"};
inline constexpr parse_error bad_chunk_extension{bad_request, "a chunk extension is malformed",
                                                 "chunk_extension"};
inline constexpr parse_error chunk_extension_too_large{
    bad_request, "a chunk extension is larger than max_chunk_extension_bytes",
    "chunk_extension_too_large"};
inline constexpr parse_error chunk_extensions_too_large{
    bad_request, "the chunk extensions are larger than max_chunk_extensions_bytes",
    "chunk_extensions_too_large"};
inline constexpr parse_error bad_chunk_end{
    bad_request, "the data of a chunk is not followed by CR LF", "chunk_end"};
inline constexpr parse_error trailers_too_large{request_header_fields_too_large,
                                                "the trailers are larger than max_header_bytes",
                                                "trailers_too_large"};
inline constexpr parse_error too_many_trailers{request_header_fields_too_large,
                                               "there are more trailers than max_header_count",
                                               "too_many_trailers"};

}  // namespace weft::detail::errors
