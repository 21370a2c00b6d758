using System.Diagnostics;

namespace Chaos;

/// <summary>A small file system in memory for a system's data, so that it can be filled. Only root may mount one.</summary>
internal sealed class LimitedDisk : IDisposable
{
    /// <summary>More than a run writes (25 KB an order), so that only the filler fills it.</summary>
    private static readonly int Megabytes = 512 + ((int)ChaosPlan.OfEnvironment.Duration.TotalSeconds / 2);

    private readonly DirectoryInfo folder;

    private LimitedDisk(DirectoryInfo folder) => this.folder = folder;

    public string Path => folder.FullName;

    /// <summary>Null unless <c>CHAOS_DISK</c> is 1, and where this process may not mount file systems.</summary>
    public static async Task<LimitedDisk?> TryMountAsync()
    {
        if (Environment.GetEnvironmentVariable("CHAOS_DISK") != "1" || !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }
        var folder = Directory.CreateTempSubdirectory("order-platform-disk-");
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m,mode=0700", "tmpfs", folder.FullName) == 0)
        {
            return new LimitedDisk(folder);
        }
        folder.Delete();
        return null;
    }

    /// <summary>Leaves no space for that long.</summary>
    public async Task FillAsync(TimeSpan lasting)
    {
        var filler = System.IO.Path.Combine(Path, "filler");
        try
        {
            await WriteUntilFullAsync(filler);
            await Task.Delay(lasting, TimeProvider.System);
        }
        finally
        {
            File.Delete(filler);
        }
    }

    public void Dispose()
    {
        RunAsync("umount", "--lazy", Path).Wait();
        folder.Delete();
    }

    private static async Task WriteUntilFullAsync(string filler)
    {
        var block = new byte[1 << 16];
        await using var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                await file.WriteAsync(block);
            }
        }
        catch (IOException)
        {
            // full, which is the purpose
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
