// Where the running program lies: its data that is not in the binary (geo tables) lies beside it.
#pragma once

#include <string>

namespace tocsin {

// Directory of the executable; "." when the system does not tell.
std::string program_directory();

}  // namespace tocsin
