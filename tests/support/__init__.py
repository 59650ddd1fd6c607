"""What tests are built from: a real Redis, real processes, factories, a clock in the test's hands."""
