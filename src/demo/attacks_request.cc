// Attacks that hide in what a request says: in encodings, odd parameters, odd methods.
#include <initializer_list>

#include <fmt/format.h>

#include "demo/attacks.h"

namespace tocsin {
namespace {

void send_all(Scene& scene, std::initializer_list<std::string_view> urls, int status) {
  for (const std::string_view url : urls) {
    scene.web(scene.address(), "GET", url, status);
    scene.wait(1 + scene.rng().unit() * 6);
  }
}

}  // namespace

void include_files(Scene& scene) {
  send_all(scene,
           {"/page?name=php://filter/convert.base64-encode/resource=config",
            "/page?name=%2Fvar%2Flog%2Fapache2%2Faccess.log"},
           404);
  scene.expect("File inclusion attempt", "source.ip", scene.address());
}

void inject_nosql(Scene& scene) {
  send_all(scene, {"/api/v1/login?user%5B%24ne%5D=x&pass%5B%24ne%5D=x"}, 400);
  scene.expect("NoSQL injection attempt", "source.ip", scene.address());
}

void inject_ldap(Scene& scene) {
  send_all(scene, {"/people?name=*)(uid=*))(|(uid=*", "/people?name=admin)(%26)"}, 400);
  scene.expect("LDAP injection attempt", "source.ip", scene.address());
}

void send_entities(Scene& scene) {
  send_all(
      scene,
      {"/feed?xml=%3C!DOCTYPE%20r%20[%3C!ENTITY%20x%20SYSTEM%20%22file:///etc/hosts%22%3E]%3E"},
      400);
  scene.expect("XML external entity attempt (XXE)", "source.ip", scene.address());
}

void send_objects(Scene& scene) {
  send_all(scene, {"/cart?state=rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA%3D%3D"}, 500);
  scene.expect("A serialised object was sent (unsafe deserialisation)", "source.ip",
               scene.address());
}

void split_headers(Scene& scene) {
  send_all(scene, {"/go?to=home%0d%0aSet-Cookie:%20session=stolen"}, 302);
  scene.expect("Header injection attempt (CRLF)", "source.ip", scene.address());
}

void redirect_elsewhere(Scene& scene) {
  send_all(scene, {"/login?next=%2f%2fshop-login.example.net", "/login?next=/%5Cexample.net"}, 302);
  scene.expect("Open redirect attempt", "source.ip", scene.address());
}

void explore_graphql(Scene& scene) {
  send_all(scene, {"/graphql?query=%7B__schema%7Btypes%7Bname%7D%7D%7D"}, 200);
  scene.expect("GraphQL interface is explored or overloaded", "source.ip", scene.address());
}

void command_web_shell(Scene& scene) {
  send_all(scene, {"/theme/cache.php?cmd=whoami", "/theme/cache.php?cmd=cat%20/etc/hosts"}, 200);
  scene.expect("A command was given to a web shell", "source.ip", scene.address());
}

void try_exploits(Scene& scene) {
  send_all(scene,
           {"/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/HNAP1/",
            "/_ignition/execute-solution"},
           404);
  scene.expect("A well-known exploit is tried", "source.ip", scene.address());
}

// A scanner under a browser's name.
void scan_in_disguise(Scene& scene) {
  send_all(
      scene,
      {"/nmaplowercheck1700000000", "/products?id=1%2C%29%22.%28%2C%27.%28%29%22",
       "/products?id=1%2527%252520OR%2525201%25253D1", "/products?id=..%252f..%252fetc%252fpasswd"},
      404);
  scene.expect("A vulnerability scanner betrays itself by what it sends", "source.ip",
               scene.address());
  scene.expect("One address tries several kinds of attack", "source.ip", scene.address());
}

void try_methods(Scene& scene) {
  for (const std::string_view method : {"TRACE", "TRACK", "DEBUG"}) {
    scene.web(scene.address(), method, "/", 405);
    scene.wait(2);
  }
  scene.expect("One address tries several unusual methods", "source.ip", scene.address());
}

void list_plugins(Scene& scene) {
  for (int i = 0; i < 14; ++i) {
    scene.web(scene.address(), "GET", fmt::format("/wp-content/plugins/plugin-{}/readme.txt", i),
              404);
    scene.wait(0.2);
  }
  scene.expect("Plug-ins or authors of the content system are listed", "source.ip",
               scene.address());
}

void send_slowly(Scene& scene) {
  for (int i = 0; i < 40; ++i) {
    scene.web(scene.address(), "POST", "/checkout", 408);
    scene.wait(2);
  }
  scene.expect("One address keeps connections open without finishing its requests", "source.ip",
               scene.address());
}

}  // namespace tocsin
