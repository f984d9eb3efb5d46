"""Files: chunked files, files of messages, and writing that never leaves half a file."""
