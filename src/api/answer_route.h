// answer(resource, &Resource::member): what a Route runs when its resource gives the answer as a
// value. Internal to api/.
#pragma once

#include <functional>
#include <utility>

#include "api/call.h"

namespace tocsin {

template <class Resource>
std::function<void(Call)> answer(Resource& resource,
                                 Result<HttpResponse> (Resource::*member)(const Call&)) {
  return [&resource, member](Call call) {
    Result<HttpResponse> response = (resource.*member)(call);
    if (response) {
      call.answer(std::move(*response));
    } else {
      call.refuse(response.error());
    }
  };
}

}  // namespace tocsin
