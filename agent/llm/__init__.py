"""The planner and the speaker that ask a language model; imported only if one is configured."""
