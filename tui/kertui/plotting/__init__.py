"""Series to lines of text: scales, thinning, smoothing, and the one place that knows plotext."""
