"""What livecam, labeler and training share: values, seams, crops, assets, errors."""
