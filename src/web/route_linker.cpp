#include "web/route_linker.hpp"

#include <stdexcept>
#include <utility>

namespace weft::detail {
namespace {

std::string place_of(const std::source_location& where) {
  return std::string(where.file_name()) + ':' + std::to_string(where.line());
}

std::string title(const route& r) {
  return std::string(to_string(r.method())) + ' ' + r.host() + r.pattern();
}

std::string_view without_slash_at_end(std::string_view pattern) {
  return pattern.size() > 1 && pattern.ends_with('/') ? pattern.substr(0, pattern.size() - 1)
                                                      : pattern;
}

template <class T>
void put_in_front(std::vector<T>& own, const std::vector<T>& outer) {
  own.insert(own.begin(), outer.begin(), outer.end());
}

/// What a group or a route says of itself, with what the group around it hands down.
std::shared_ptr<const route_docs> docs_within(const std::shared_ptr<const route_docs>& outer,
                                              const std::shared_ptr<const route_docs>& own) {
  if (outer == nullptr) return own;
  route_docs all = own != nullptr ? *own : route_docs{};
  put_in_front(all.tags, outer->tags);
  put_in_front(all.answers, outer->answers);
  if (all.security.empty() && !all.is_public) all.security = outer->security;
  all.is_public = all.security.empty() && (all.is_public || outer->is_public);
  all.deprecated = all.deprecated || outer->deprecated;
  all.hidden = all.hidden || outer->hidden;
  return std::make_shared<const route_docs>(std::move(all));
}

}  // namespace

std::unique_ptr<linked_routes> route_linker::link(group_content& app, slash_policy slashes,
                                                  const std::shared_ptr<freshness>& watcher) {
  auto out = std::make_unique<linked_routes>(slashes);
  out->outer_layers_ = app.layers;
  route_linker(*out, watcher).walk(app, {});
  return out;
}

void route_linker::walk(group_content& group, surroundings around) {
  group.watch(watcher_);
  if (!group.wrong.empty()) {
    note(group.wrong, place_of(group.where));
    return;
  }
  if (!group.host.empty()) around.host = group.host;
  around.layers.insert(around.layers.end(), group.layers.begin(), group.layers.end());
  around.docs = docs_within(around.docs, group.docs);
  for (const auto& declared : group.routes) add(declared, around);
  for (const auto& inner : group.groups) walk(inner->content(), around);
  for (const auto& mounted : group.mounts) mount(group, mounted, around);
}

void route_linker::mount(const group_content& group, const group_content::mounting& mounted,
                         surroundings around) {
  const auto place = place_of(mounted.where);
  const auto wrong = mounted.prefix.empty() ? std::string() : prefix_fault(mounted.prefix);
  if (!wrong.empty()) return note(wrong, place);
  if (mounted.content == nullptr) return note("a router is mounted in itself", place);
  around.prefix += group.prefix + mounted.prefix;
  around.names += mounted.names;
  around.mounts += ", mounted at " + place;
  walk(*mounted.content, std::move(around));
}

void route_linker::add(const route& declared, const surroundings& around) {
  route added = declared;
  added.pattern_ = around.prefix + declared.pattern_;
  added.host_ = around.host;
  if (!declared.name_.empty()) added.name_ = around.names + declared.name_;
  added.layers_ = around.layers;
  added.docs_ = docs_within(around.docs, declared.docs_);
  added.layers_.insert(added.layers_.end(), declared.own_.begin(), declared.own_.end());
  const auto place = place_of(declared.where_) + around.mounts;
  try {
    auto pattern = parse_pattern(added.pattern_);
    added.names_ = pattern.names;
    check_arguments(added);
    places_.push_back(place);
    enter(added, pattern);
    enter_name(added);
    out_.plans_bodies_ =
        out_.plans_bodies_ || added.handler_.streams_body || added.max_body_bytes_.has_value();
    out_.has_unshed_routes_ = out_.has_unshed_routes_ || added.is_never_shed_;
    out_.patterns_.push_back(std::move(pattern));
    out_.routes_.push_back(std::move(added));
  } catch (const std::logic_error& wrong) {
    places_.resize(out_.routes_.size());
    note(wrong.what(), place);
  }
}

void route_linker::check_arguments(const route& added) {
  const auto taken = added.handler_.path_arguments;
  if (taken <= added.names_.size()) return;
  throw std::logic_error("the handler of " + title(added) + " takes " + std::to_string(taken) +
                         " path<...> parameters, but the pattern has " +
                         std::to_string(added.names_.size()));
}

void route_linker::enter(const route& added, const route_pattern& pattern) {
  auto& tree = tree_of(added.host_);
  const auto number = static_cast<std::uint32_t>(out_.routes_.size());
  const bool as_written = out_.slashes_ != slash_policy::ignore;
  const auto other =
      tree.add(added.method_,
               as_written ? pattern : parse_pattern(without_slash_at_end(pattern.text)), number);
  if (!other) return;
  throw std::logic_error(title(added) + " answers the same requests as " +
                         title(out_.routes_[*other]) + " (" + places_[*other] + ")");
}

void route_linker::enter_name(const route& added) {
  if (added.name_.empty()) return;
  const auto number = static_cast<std::uint32_t>(out_.routes_.size());
  const auto [known, is_new] = out_.names_.try_emplace(added.name_, number);
  if (is_new) return;
  note("the name \"" + added.name_ + "\" of " + title(added) + " is that of " +
           title(out_.routes_[known->second]) + " (" + places_[known->second] + ")",
       places_.back());
}

route_tree& route_linker::tree_of(const std::string& host) {
  if (host.empty()) return out_.any_host_;
  const auto number = out_.hosts_.add(parse_host(host));
  out_.host_trees_.resize(out_.hosts_.size());
  return out_.host_trees_[number];
}

void route_linker::note(std::string_view wrong, const std::string& place) {
  constexpr std::string_view prefix = "weft: ";
  if (wrong.starts_with(prefix)) wrong.remove_prefix(prefix.size());
  out_.mistakes_.push_back(std::string(wrong) + " (" + place + ")");
}

}  // namespace weft::detail
