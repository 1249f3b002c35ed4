"""What label formats are made of: keypoints, shapes, faces, tables, parsing, and the sample record they carry."""
