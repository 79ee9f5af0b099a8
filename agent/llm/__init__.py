"""The planner and the speaker that ask a language model; loaded only when one is configured."""
