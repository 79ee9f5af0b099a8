"""Tables, charts and the JSON line that every benchmark ends with."""
