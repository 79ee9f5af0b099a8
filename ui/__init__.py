"""The page: a chat over a catalogue, drawn with Gradio Blocks and markup of our own."""
