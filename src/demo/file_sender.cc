#include <fmt/format.h>

#include "demo/sender.h"

namespace tocsin {

Result<std::unique_ptr<FileSender>> FileSender::open(FileSystem& files,
                                                     const std::string& directory) {
  TRY(files.create_directories(directory));
  std::unique_ptr<FileSender> sender(new FileSender());
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    const std::string path = fmt::format("{}/{}.log", directory, kChannels[i].source);
    TRY_ASSIGN(sender->files_[static_cast<Channel>(i)], files.open(path, OpenMode::kCreateNew));
  }
  return sender;
}

Status FileSender::send(Channel channel, std::string_view lines) {
  return files_.at(channel)->append(lines);
}

}  // namespace tocsin
