#include "sys/child_process.h"

#include <csignal>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

class ChildProcessTest : public testing::Test {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }

  ChildOutcome run(std::vector<std::string> argv, std::string input = {}) {
    ChildProcess child;
    child.argv = std::move(argv);
    child.input = std::move(input);
    Result<ChildOutcome> outcome = run_child(child, clock_);
    EXPECT_TRUE(outcome) << outcome.error().full_text();
    return outcome ? *outcome : ChildOutcome{};
  }

  SystemClock clock_;
};

TEST_F(ChildProcessTest, GivesExitCodeAndBothOutputs) {
  const ChildOutcome outcome = run({"sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_EQ(outcome.output, "out\nerr\n");
}

TEST_F(ChildProcessTest, WordsReachTheProgramAsTheyAre) {
  const std::string evil = "$(touch /tmp/x); 'a' \"b\" `c` \n|";
  EXPECT_EQ(run({"printf", "%s|%s", evil, ""}).output, evil + "|");
}

TEST_F(ChildProcessTest, FeedsLongInputToAProgramThatReadsAndOneThatDoesNot) {
  const std::string input(1 << 20U, 'x');
  EXPECT_EQ(run({"wc", "-c"}, input).output, "1048576\n");
  EXPECT_EQ(run({"true"}, input).exit_code, 0);
}

TEST_F(ChildProcessTest, KillsTheWholeGroupAtTheTimeLimit) {
  ChildProcess child;
  child.argv = {"sh", "-c", "sleep 600 & sleep 600"};
  child.time_max = span_ms(200);
  const Result<ChildOutcome> outcome = run_child(child, clock_);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->timed_out);
  EXPECT_EQ(outcome->exit_code, 128 + SIGKILL);
}

TEST_F(ChildProcessTest, OutputIsCutAtItsLimit) {
  ChildProcess child;
  child.argv = {"head", "-c", "100000", "/dev/zero"};
  child.output_bytes_max = 1000;
  const Result<ChildOutcome> outcome = run_child(child, clock_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output.size(), 1000U);
  EXPECT_TRUE(outcome->output_cut);
}

TEST_F(ChildProcessTest, TheEnvironmentIsOnlyWhatIsNamed) {
  ::setenv("SECRET_OF_OURS", "1", 1);
  ChildProcess child;
  child.argv = {"env"};
  child.environment = {{"TOCSIN_VALUE", "203.0.113.7"}};
  const Result<ChildOutcome> outcome = run_child(child, clock_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output.find("SECRET_OF_OURS"), std::string::npos);
  EXPECT_NE(outcome->output.find("TOCSIN_VALUE=203.0.113.7\n"), std::string::npos);
}

TEST_F(ChildProcessTest, RefusesWhatCannotBeRun) {
  EXPECT_EQ(run_child({}, clock_).error().code(), ErrorCode::kInvalid);
  ChildProcess child;
  child.argv = {std::string("a\0b", 3)};
  EXPECT_EQ(run_child(child, clock_).error().code(), ErrorCode::kInvalid);
  child.argv = {"/nonexistent/program"};
  EXPECT_EQ(run_child(child, clock_).error().code(), ErrorCode::kNotFound);
  child.argv = {"true"};
  child.environment = {{"A=B", "c"}};
  EXPECT_EQ(run_child(child, clock_).error().code(), ErrorCode::kInvalid);
}

}  // namespace
}  // namespace tocsin
