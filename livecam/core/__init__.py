"""What livecam, labeler and training share: values, interfaces, crops, image files, TFLite, assets, errors."""
