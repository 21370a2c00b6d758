namespace Load.Measuring;

/// <summary>Measures small durable writes per second in sequence, which limit the speed of a durable system.</summary>
internal static class DiskProbe
{
    private const int Writes = 300;

    public static double Run(string folder, TimeProvider time)
    {
        var path = Path.Combine(folder, $".fsync-{Guid.NewGuid():N}");
        using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                Options = FileOptions.DeleteOnClose,
            }
        );
        var block = new byte[4096];
        var started = time.GetTimestamp();
        for (var i = 0; i < Writes; i++)
        {
            file.Write(block);
            file.Flush(flushToDisk: true);
        }
        return Writes / time.GetElapsedTime(started).TotalSeconds;
    }
}
