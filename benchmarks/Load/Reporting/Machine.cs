using System.Runtime.InteropServices;

namespace Load.Reporting;

/// <summary>The machine of the measurement, without which figures cannot be compared.</summary>
internal sealed record Machine(int Cores, double MemoryGiB, string Os, string DotNet)
{
    public static Machine Here() =>
        new(
            Environment.ProcessorCount,
            Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription
        );
}
