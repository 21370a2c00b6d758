using System.Runtime.InteropServices;

namespace Sidecar.Files;

/// <summary>
/// Creates folders and files that only the user of this process may read, because they contain customers' data and tokens. On Windows a
/// user's folders are private already.
/// </summary>
internal static partial class OwnerOnly
{
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Writing = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Reading = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(1);

    /// <summary>Creates the folder and its missing parents with mode 0700. Existing ones stay unchanged.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { Length: > 0 } parent)
            {
                CreateFolder(parent);
            }
            Directory.CreateDirectory(path, Folder); // the mode is that of the last folder only
        }
    }

    /// <summary>Opens a file. One that is created has mode 0600; an existing one keeps its mode.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = access,
            Share = share,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = File;
        }
        return new FileStream(path, options);
    }

    /// <summary>
    /// Opens a file whose <paramref name="share"/> keeps others out until disposal. A refusal counts only after a while: a child process
    /// has copies of the open files until it runs its program, and with them locks that this process has released meanwhile.
    /// </summary>
    /// <exception cref="IOException">Another process, or another part of this one, has it open.</exception>
    public static FileStream Lock(string path, FileAccess access, FileShare share, TimeSpan? patience = null)
    {
        FileStream? file = null;
        SpinWait.SpinUntil(() => (file = TryOpen(path, access, share)) is not null, patience ?? DefaultPatience);
        return file ?? Open(path, FileMode.OpenOrCreate, access, share);
    }

    /// <summary>Writes a file of mode 0600 in the place of an existing one.</summary>
    public static void Write(string path, string content)
    {
        using var writer = new StreamWriter(Open(path, FileMode.Create, FileAccess.Write, FileShare.None));
        writer.Write(content);
    }

    /// <summary>True if others may read or write the file.</summary>
    public static bool IsExposed(string path) =>
        !OperatingSystem.IsWindows() && System.IO.File.Exists(path) && (System.IO.File.GetUnixFileMode(path) & (Reading | Writing)) != 0;

    /// <summary>
    /// Creates a folder at a place where every user of the machine may create one, or takes the existing one, which becomes unreadable for
    /// others.
    /// </summary>
    /// <exception cref="InvalidOperationException">The existing one is no folder, belongs to another user, or others may write to it: what
    /// lies there may be forged.</exception>
    public static void DemandFolder(string path)
    {
        CreateFolder(path);
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        var folder = new DirectoryInfo(path);
        if (folder.LinkTarget is not null)
        {
            throw Refusal(path, $"is a link to {folder.LinkTarget}");
        }
        if (OwnerOf(path) is { } owner && owner != EffectiveUser())
        {
            throw Refusal(path, $"belongs to another user (id {owner})");
        }
        var mode = folder.UnixFileMode;
        if ((mode & Writing) != 0)
        {
            throw Refusal(path, $"may be written by others (mode {Convert.ToString((int)mode, 8)})");
        }
        if (mode != Folder)
        {
            System.IO.File.SetUnixFileMode(path, Folder); // fails for another user's folder
        }
    }

    private static FileStream? TryOpen(string path, FileAccess access, FileShare share)
    {
        try
        {
            return Open(path, FileMode.OpenOrCreate, access, share);
        }
        catch (IOException)
        {
            return null; // locked, which is the answer
        }
    }

    private static InvalidOperationException Refusal(string path, string reason) =>
        new(
            $"{path} {reason}, so what it holds can't be trusted. Remove it, or have another temporary folder (TMPDIR); the "
                + "sidecar creates it with mode 0700"
        );

    /// <summary>Null if the system does not support it. Source: statx(2), whose layout is the same on all processors.</summary>
    private static uint? OwnerOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        const int CurrentFolder = -100,
            NoFollow = 0x100,
            Owner = 0x8,
            OwnerOffset = 20;
        Span<byte> status = stackalloc byte[256];
        return Statx(CurrentFolder, path, NoFollow, Owner, ref MemoryMarshal.GetReference(status)) == 0
            ? MemoryMarshal.Read<uint>(status[OwnerOffset..])
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
