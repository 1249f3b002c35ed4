"""Image files of any format: reading, EXIF orientation, AVIF and HEIC."""
