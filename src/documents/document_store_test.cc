// Documents: versions, shipped ones, limits, and what a restart finds.
#include "documents/document_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sys/file_system.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr auto kBoard = DocumentKind::kDashboard;

class DocumentStoreTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    store_.reset();
    db_.reset();
    db_ = std::move(*StateDb::open({.path = directory_ / "state.db"}, files_, clock_));
    store_ = std::move(*DocumentStore::open(
        *db_, clock_,
        {shipped("network", "Network", "{}"), shipped("api", "API", R"({"panels":[]})")}));
  }
  static Document shipped(const std::string& id, const std::string& title,
                          const std::string& body) {
    Document made;
    made.id = id;
    made.title = title;
    made.body = body;
    return made;
  }
  DocumentSaved save(const std::string& id, const std::string& title,
                     std::optional<std::int64_t> version = {}, const std::string& who = "anna") {
    Result<DocumentSaved> saved = store_->save({kBoard, id, title, "{}", version}, who);
    EXPECT_TRUE(saved) << saved.error().full_text();
    return saved ? *saved : DocumentSaved{};
  }
  ErrorCode refused(const DocumentDraft& draft) {
    const Result<DocumentSaved> saved = store_->save(draft, "anna");
    EXPECT_FALSE(saved);
    return saved ? ErrorCode::kInternal : saved.error().code();
  }

  TempDirectory directory_;
  FakeClock clock_;
  PosixFileSystem files_;
  std::unique_ptr<StateDb> db_;
  std::unique_ptr<DocumentStore> store_;
};

TEST_F(DocumentStoreTest, WhatIsSavedIsThereAfterARestart) {
  const DocumentSaved saved = save("mine", "Logins of the night");
  ASSERT_TRUE(saved.kept);
  EXPECT_EQ(saved.kept->version, 1);
  open();
  const Document found = *store_->get(kBoard, "mine");
  EXPECT_EQ(found.title, "Logins of the night");
  EXPECT_EQ(found.owner, "anna");
  EXPECT_FALSE(found.shipped);
  std::vector<std::string> ids;
  const std::vector<Document> all = *store_->list(kBoard);
  for (const Document& one : all) {
    ids.push_back(one.id);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"api", "network", "mine"}));
  EXPECT_TRUE(store_->list(DocumentKind::kSavedSearch)->empty());
}

TEST_F(DocumentStoreTest, AnOldPageDoesNotUndoWhatSomebodyElseSaved) {
  save("mine", "one");
  const DocumentSaved bobs = save("mine", "two", 1, "bob");
  ASSERT_TRUE(bobs.kept);
  EXPECT_EQ(bobs.kept->version, 2);
  EXPECT_EQ(bobs.kept->owner, "anna");
  EXPECT_EQ(bobs.kept->changed_by, "bob");
  for (const std::optional<std::int64_t> old :
       {std::optional<std::int64_t>(1), std::optional<std::int64_t>()}) {
    const DocumentSaved late = save("mine", "three", old);
    EXPECT_FALSE(late.kept);
    ASSERT_TRUE(late.instead);
    EXPECT_EQ(late.instead->changed_by, "bob");
  }
  EXPECT_EQ(store_->get(kBoard, "mine")->title, "two");
}

TEST_F(DocumentStoreTest, ShippedOnesStayAsTheyAre) {
  EXPECT_EQ(refused({kBoard, "api", "Mine", "{}", {}}), ErrorCode::kConflict);
  EXPECT_EQ(store_->remove(kBoard, "api").error().code(), ErrorCode::kConflict);
  EXPECT_EQ(store_->get(kBoard, "api")->body, R"({"panels":[]})");
  EXPECT_TRUE(store_->save({DocumentKind::kSavedSearch, "api", "Mine", "{}", {}}, "anna"));
}

TEST_F(DocumentStoreTest, WhatIsDeletedIsGoneAndSaysSo) {
  save("mine", "one");
  EXPECT_TRUE(store_->remove(kBoard, "mine"));
  EXPECT_EQ(store_->remove(kBoard, "mine").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(store_->get(kBoard, "mine").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(refused({kBoard, "mine", "one", "{}", 1}), ErrorCode::kNotFound);
}

TEST_F(DocumentStoreTest, WhatDoesNotFitIsRefused) {
  for (const std::string id : {"", "Mine", "a b", "../x", "x/y"}) {
    EXPECT_EQ(refused({kBoard, id, "one", "{}", {}}), ErrorCode::kInvalid) << id;
  }
  EXPECT_EQ(refused({kBoard, std::string(65, 'a'), "one", "{}", {}}), ErrorCode::kInvalid);
  EXPECT_EQ(refused({kBoard, "a", "  ", "{}", {}}), ErrorCode::kInvalid);
  EXPECT_EQ(refused({kBoard, "a", std::string(121, 'x'), "{}", {}}), ErrorCode::kInvalid);
  EXPECT_EQ(refused({kBoard, "a", "\xff", "{}", {}}), ErrorCode::kInvalid);
  EXPECT_EQ(refused({kBoard, "a", "one", std::string(kDocumentBytesMax + 1, ' '), {}}),
            ErrorCode::kTooLarge);
}

TEST_F(DocumentStoreTest, ThereAreOnlySoMany) {
  ASSERT_TRUE(db_->write("filling", [](soci::session& sql) -> Status {
    for (long long i = 0; i < kDocumentsOfKindMax; ++i) {
      const std::string id = fmt::format("d{}", i);
      sql << "INSERT INTO documents (kind, id, title, body, owner, changed_by, updated_us, "
             "version) VALUES ('dashboards', :id, 't', '{}', 'a', 'a', 0, 1)",
          soci::use(id);
    }
    return {};
  }));
  EXPECT_EQ(refused({kBoard, "more", "one", "{}", {}}), ErrorCode::kExhausted);
  EXPECT_TRUE(save("d7", "changed", 1).kept);
  EXPECT_TRUE(store_->save({DocumentKind::kSavedSearch, "more", "one", "{}", {}}, "anna"));
}

}  // namespace
}  // namespace tocsin
