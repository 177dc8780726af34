"""Say what each rule of the workflow reads, writes and depends on, by the scenes and settings of the study."""
