#pragma once

#include <weft/net/endpoint.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace weft::test {

/// What a gate does to the bytes of one direction. As it stands: it passes them on.
struct gate_rules {
  static constexpr std::size_t none = SIZE_MAX;

  enum class cut {
    finish,   ///< the receiver sees the end of the stream; the other direction goes on
    reset,    ///< both ends see a reset
    silence,  ///< nothing more is read or passed on, and nobody is told
  };

  std::size_t piece = none;             ///< so many bytes at most are passed on in one send
  std::chrono::milliseconds delay{0};   ///< before each piece; the next one is read after it
  std::size_t bytes_per_second = none;  ///< as a wait before each piece for its size
  std::size_t flip_at = none;           ///< the byte, counted from 0, that arrives inverted
  std::size_t cut_at = none;            ///< so many bytes pass, and then `how` happens
  cut how = cut::finish;
};

struct gate_script {
  gate_rules to_server{};
  gate_rules to_client{};
};

/// A proxy on 127.0.0.1 before a server, on a thread of its own: it delays, throttles, splits,
/// corrupts and cuts what passes, by a script. It knows no protocol.
///
///     const tcp_gate gate(server.local(), {.to_client = {.cut_at = 100}});
///     auto stream = co_await weft::connect(gate.address());
///
/// A connection that the server does not take is reset. An end of one side reaches the other one
/// after all bytes that came before; a reset may overtake them.
class tcp_gate {
public:
  /// The script of the n-th connection, from 0 on. Called on the gate's thread.
  using scripts = std::function<gate_script(std::size_t)>;

  tcp_gate(const endpoint& server, const gate_script& for_each);
  tcp_gate(const endpoint& server, scripts for_nth);
  /// Closes what is still connected.
  ~tcp_gate();
  tcp_gate(const tcp_gate&) = delete;
  tcp_gate& operator=(const tcp_gate&) = delete;

  endpoint address() const;

  // Any thread.
  std::size_t connections() const noexcept;  ///< accepted so far
  std::size_t live() const noexcept;         ///< of which so many have not ended in both directions
  std::uint64_t passed_to_server() const noexcept;  ///< bytes, of all connections
  std::uint64_t passed_to_client() const noexcept;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace weft::test
