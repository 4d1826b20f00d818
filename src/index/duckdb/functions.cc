#include "index/duckdb/functions.h"

#include <cstddef>
#include <optional>

#include "base/fail.h"
#include "base/ip.h"
#include "index/duckdb/hot_chunk.h"
#include "index/word_finder.h"

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

void has_word(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  const duckdb_vector texts = duckdb_data_chunk_get_vector(input, 0);
  const duckdb_vector words = duckdb_data_chunk_get_vector(input, 1);
  const auto* text = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(texts));
  const auto* word = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(words));
  std::uint64_t* text_validity = duckdb_vector_get_validity(texts);
  std::uint64_t* word_validity = duckdb_vector_get_validity(words);
  auto* out = static_cast<bool*>(duckdb_vector_get_data(output));
  std::optional<WordFinder> finder;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    out[row] = false;
    if (!row_is_valid(text_validity, row) || !row_is_valid(word_validity, row)) {
      continue;
    }
    if (const std::string_view wanted = view_of(word[row]); !finder || finder->word() != wanted) {
      finder.emplace(wanted);
    }
    out[row] = finder->is_in(view_of(text[row]));
  }
}

Status register_text_test(duckdb_connection connection, const char* name,
                          duckdb_scalar_function_t body) {
  Handle<duckdb_scalar_function, duckdb_destroy_scalar_function> function(
      duckdb_create_scalar_function());
  const LogicalType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const LogicalType flag(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
  duckdb_scalar_function_set_name(function.get(), name);
  duckdb_scalar_function_add_parameter(function.get(), text.get());
  duckdb_scalar_function_add_parameter(function.get(), text.get());
  duckdb_scalar_function_set_return_type(function.get(), flag.get());
  duckdb_scalar_function_set_function(function.get(), body);
  if (duckdb_register_scalar_function(connection, function.get()) != DuckDBSuccess) {
    return fail(ErrorCode::kInternal, "registering {} with DuckDB", name);
  }
  return {};
}

}  // namespace

Status register_functions(duckdb_connection connection) {
  TRY(register_text_test(connection, "tocsin_in_network", in_network));
  return register_text_test(connection, "tocsin_has_word", has_word);
}

}  // namespace tocsin::duck
