// The write-ahead file: records that are durable and not in a block yet. Encoder and scanner. Pure.
//
//   file   = "TOCSINWA" version:u32 crc:u32(of the first 12 bytes and the 16 after) 0:16
//   frame  = "TWAL" crc:u32(of the 32 bytes that follow) version:u16 codec:u8 0:u8 count:u32
//            first_seq:u64 raw_bytes:u32 stored_bytes:u32 body_crc:u32 0:u32 payload
//
// Frames whose records are in blocks already are skipped by Seq; the file is emptied now and then.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "journal/block.h"
#include "journal/damage.h"
#include "journal/record_codec.h"

namespace tocsin::journal {

inline constexpr std::size_t kWalHeaderBytes = 32;
inline constexpr std::size_t kWalFrameHeaderBytes = 40;

std::string wal_file_header();
std::string encode_wal_frame(const std::vector<Slice>& slices, Compressor& compressor);

struct WalScan {
  std::vector<std::shared_ptr<const RecordBatch>> batches;  // in file order, first_seq set
  std::uint64_t end = 0;  // where the last whole frame ends; the rest is torn
  Seq claimed_end;        // end Seq that any readable frame header names, damaged body or not
  Damages damages;        // file names are left empty
};
WalScan scan_wal(std::string_view file);

}  // namespace tocsin::journal
