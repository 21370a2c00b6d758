using System.Diagnostics;

namespace Servers;

/// <summary>The programs of Debian packages that tests start on ports and in folders of their own.</summary>
public static class Programs
{
    public static string? Redis => Find("/usr/bin/redis-server");

    public static string? PostgresBin =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .EnumerateDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin"))
                .LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;

    public static string? Rabbit => Find("/usr/lib/rabbitmq/bin/rabbitmq-server");

    /// <summary>Runs a program to its end. Fails with the program's output.</summary>
    public static async Task RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {string.Join('\n', said)}");
        }
    }

    private static string? Find(string path) => File.Exists(path) ? path : null;
}
