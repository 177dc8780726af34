"""Say what each rule of the workflow depends on: its slice of the configuration, and the files of its scenes."""
