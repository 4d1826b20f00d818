#include "index/duckdb/functions.h"

#include <cstddef>
#include <optional>

#include "base/fail.h"
#include "base/ip.h"
#include "index/duckdb/hot_chunk.h"

namespace tocsin::duck {
namespace {

bool row_is_valid(std::uint64_t* validity, idx_t row) {
  return validity == nullptr || duckdb_validity_row_is_valid(validity, row);
}

void in_network(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  const duckdb_vector addresses = duckdb_data_chunk_get_vector(input, 0);
  const duckdb_vector networks = duckdb_data_chunk_get_vector(input, 1);
  const auto* address = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(addresses));
  const auto* network = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(networks));
  std::uint64_t* address_validity = duckdb_vector_get_validity(addresses);
  std::uint64_t* network_validity = duckdb_vector_get_validity(networks);
  auto* out = static_cast<bool*>(duckdb_vector_get_data(output));
  std::string last_text;
  std::optional<IpNetwork> last;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    out[row] = false;
    if (!row_is_valid(address_validity, row) || !row_is_valid(network_validity, row)) {
      continue;
    }
    if (const std::string_view text = view_of(network[row]); row == 0 || text != last_text) {
      last_text = text;
      last = parse_network(text);
    }
    const auto parsed = parse_ip(view_of(address[row]));
    out[row] = last && parsed && last->contains(*parsed);
  }
}

}  // namespace

Status register_functions(duckdb_connection connection) {
  Handle<duckdb_scalar_function, duckdb_destroy_scalar_function> function(
      duckdb_create_scalar_function());
  const LogicalType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const LogicalType flag(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
  duckdb_scalar_function_set_name(function.get(), "tocsin_in_network");
  duckdb_scalar_function_add_parameter(function.get(), text.get());
  duckdb_scalar_function_add_parameter(function.get(), text.get());
  duckdb_scalar_function_set_return_type(function.get(), flag.get());
  duckdb_scalar_function_set_function(function.get(), in_network);
  if (duckdb_register_scalar_function(connection, function.get()) != DuckDBSuccess) {
    return fail(ErrorCode::kInternal, "registering tocsin_in_network with DuckDB");
  }
  return {};
}

}  // namespace tocsin::duck
