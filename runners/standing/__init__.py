"""What scores say: means with intervals, differences, ranks. numpy and scipy only; pages and the local command share it."""
