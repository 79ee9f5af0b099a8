"""The page: a chat over a catalogue, in Gradio Blocks and markup from our own templates."""
