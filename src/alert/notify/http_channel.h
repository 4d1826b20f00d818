// HttpChannel: a channel that is one or more HTTP requests a message; its maker writes them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alert/notify/channel.h"
#include "http/client.h"

namespace tocsin {

// Pure; an empty list sends nothing and is a success.
using HttpMessages = std::function<std::vector<HttpClientRequest>(const Notice&)>;

// Statuses: 2xx sent; 408, 425, 429 and 5xx later (Retry-After is kept); all others are refused.
// Redirects are not followed: a secret goes where its owner sent it.
std::unique_ptr<Channel> make_http_channel(const ChannelParts& parts, HttpMessages messages);

// POST with a JSON body.
HttpClientRequest json_post(std::string url, std::string json,
                            std::vector<HttpHeader> headers = {});
// `base` without its last slashes, and `path`.
std::string joined_url(std::string_view base, std::string_view path);

}  // namespace tocsin
