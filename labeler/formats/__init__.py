"""Label formats: COCO, labelme, CVAT, Label Studio, Datumaro, CSV and the tutorial's, one file each."""
