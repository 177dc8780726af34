"""The stages that train: one for each rule."""
